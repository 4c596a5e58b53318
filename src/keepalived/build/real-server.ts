import { CHECKERS, REAL_SERVER } from '../keywords/check.ts';
import type { Statement } from '../language/read-statements.ts';
import type { RealServer } from '../model/check.ts';
import type { VrrpTrackFile } from '../model/vrrp.ts';
import { checkersOf } from './checker.ts';
import { bareAddress, quote } from './values.ts';
import type { Context } from './context.ts';
import { readFields } from './fields.ts';
import { type Method, methodOf, portOf } from './service.ts';
import { scriptOf } from './script.ts';

/** Defaults of a real server from its virtual server. */
export interface AroundReal {
  readonly port: number;
  readonly method: Method;
  readonly delay_loop: number;
  readonly connect_timeout: number;
  readonly retry: number | undefined;
  readonly delay_before_retry: number | undefined;
  readonly warmup: number | undefined;
  readonly weight: number;
  readonly alpha: boolean;
  readonly inhibit_on_failure: boolean;
  readonly virtualhost: string | undefined;
  readonly smtp_alert: boolean;
  readonly files: readonly VrrpTrackFile[];
}

/** Undefined when it has no address. */
export function realServerOf(statement: Statement, around: AroundReal, context: Context): RealServer | undefined {
  const { say, scriptUser, sites } = context;
  const { keyword, args } = statement;
  const [host, at] = args;
  const address = bareAddress(host?.text ?? '');
  const block = { statements: statement.block ?? [], position: keyword.position };
  if (host === undefined) {
    const text = 'real_server needs ADDRESS [PORT]';
    say.report({ severity: 'error', position: keyword.position, text, hint: undefined, exit: 2 });
    return undefined;
  }
  const given = address === undefined ? undefined : portOf(at, 'real_server', say);
  if (address === undefined) say.error(host.position, `real_server takes ADDRESS [PORT], not ${quote(host)}`);
  // keepalived does not read a block that it ignores.
  if (address === undefined || given === undefined) return undefined;
  const fields = readFields(block, REAL_SERVER, 'real_server', say);
  const port = given === 0 ? around.port : given;
  const { lb_kind, tunnel } = methodOf(fields.words('lvs_method'), say) ?? around.method;
  const [uthreshold, lthreshold] = [fields.number('uthreshold') ?? 0, fields.number('lthreshold') ?? 0];
  if (lthreshold > uthreshold && uthreshold > 0)
    say.error(fields.position('lthreshold'), `lthreshold of ${address} is above its uthreshold`);
  const inner = {
    address,
    port,
    delay_loop: fields.number('delay_loop') ?? around.delay_loop,
    connect_timeout: fields.number('connect_timeout') ?? around.connect_timeout,
    retry: fields.number('retry') ?? around.retry,
    delay_before_retry: fields.number('delay_before_retry') ?? around.delay_before_retry,
    warmup: fields.number('warmup') ?? around.warmup,
    alpha: fields.bool('alpha') ?? around.alpha,
    virtualhost: fields.text('virtualhost') ?? around.virtualhost,
    files: around.files,
  };
  return {
    address,
    port,
    weight: fields.number('weight') ?? around.weight,
    lb_kind,
    tunnel,
    uthreshold,
    lthreshold,
    inhibit_on_failure: fields.bool('inhibit_on_failure') ?? around.inhibit_on_failure,
    alpha: inner.alpha,
    virtualhost: inner.virtualhost,
    notify_up: scriptOf(fields.words('notify_up'), scriptUser, sites),
    notify_down: scriptOf(fields.words('notify_down'), scriptUser, sites),
    smtp_alert: fields.bool('smtp_alert') ?? around.smtp_alert,
    checkers: fields.statements
      .filter((inside) => Object.hasOwn(CHECKERS, inside.keyword.text))
      .flatMap((inside) => checkersOf(inside, inner, context)),
  };
}
