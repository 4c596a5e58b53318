import {
  type ConfLine,
  type ConfigTestExit,
  configTestReport,
  exitOf,
  formatDiagnostic,
} from '../../../keepalived/config-test.ts';
import type { Conf } from '../../../keepalived/model/conf.ts';
import { readConf } from '../../../keepalived/read-conf.ts';
import { EMPTY_CONF } from '../../core/vrrp/state.ts';

import type { ConfFile, ConfSource } from '../../../keepalived/source.ts';
import { confHost } from './conf-host.ts';
import { confFiles, hostname } from './conf-files.ts';
import { digestOf } from '../record/digest.ts';
import type { Options } from '../options.ts';
import type { Sys } from '../sys/sys.ts';

/** A configuration read from the files of this host. */
export interface LoadedConf {
  /** Undefined if it is rejected. */
  readonly conf: Conf | undefined;
  /** Diagnostics, without secrets. */
  readonly lines: readonly ConfLine[];
  /** The first errors of an accepted configuration, whose affected parts are ignored. */
  readonly ignored: readonly string[];
  /** The exit code of a configuration test, as in keepalived. */
  readonly exit: ConfigTestExit;
  /** All files read, including secrets. */
  readonly files: readonly ConfFile[];
  /** Digest of all files, to detect that the configuration on disk differs from the running one. */
  readonly digest: string;
}

/** Limit of errors in the status. */
const MOST_IGNORED = 50;

export function loadConf(sys: Sys, options: Options): LoadedConf {
  const files = new Map<string, ConfFile>();
  const source = remembering(confFiles(sys, options.file), files);
  const env = { configId: options.configId, hostname: hostname(sys), tls: sys.tls !== undefined, host: confHost(sys) };
  const { conf, diagnostics } = readConf(source, env);
  const read = [...files.values()];
  const digest = digestOf(read.map(({ name, text }) => `${name}\n${text}`).join('\n'));
  const ignored = conf === undefined ? [] : diagnostics.filter((one) => exitOf(one) !== 0).slice(0, MOST_IGNORED);
  return {
    conf: only(conf, options),
    ...configTestReport(diagnostics),
    ignored: ignored.flatMap((one) => formatDiagnostic(one).slice(0, 1)),
    files: read,
    digest,
  };
}

function remembering(source: ConfSource, files: Map<string, ConfFile>): ConfSource {
  return {
    main: source.main,
    read: (pattern, from) => {
      const found = source.read(pattern, from);
      for (const file of found) if ('text' in file) files.set(file.name, file);
      return found;
    },
  };
}

/** Applies -P and -C. */
function only(conf: Conf | undefined, { subsystems }: Options): Conf | undefined {
  if (conf === undefined || subsystems === 'all') return conf;
  if (subsystems === 'vrrp') return { ...conf, check: { virtual_server_group: [], virtual_server: [] } };
  const { globals } = conf.vrrp;
  return { ...conf, vrrp: { ...EMPTY_CONF, globals } };
}
