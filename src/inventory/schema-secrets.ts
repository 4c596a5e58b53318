import * as z from 'zod';

/** A password in the clear, or where to find it. */
export type PasswordSource =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string };

/** The characters that keepalived.conf takes literally outside quotes; at the start `$` would be the name of a value. */
export const PASSWORD = /^(?!\$[A-Za-z_{])[A-Za-z0-9_.,:=/%^*?&+()@~<>|;$-]+$/;

/** What `secrets` may list: shorter ones would take words out of every text. */
export const SECRET = /^[^\0\r\n]{4,1000}$/;

function sourceOf(value: unknown): PasswordSource | undefined {
  if (typeof value === 'string') return { kind: 'text', text: value };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const [[key, source] = ['', undefined], ...more] = Object.entries(value);
  if (more.length > 0 || typeof source !== 'string' || source === '') return undefined;
  if (key === 'env') return { kind: 'env', name: source };
  return key === 'file' ? { kind: 'file', path: source } : undefined;
}

/** What stands for a secret in JSON Schema. */
const FROM_ELSEWHERE = ['env', 'file'].map((key) => ({
  type: 'object',
  properties: { [key]: { type: 'string' } },
  required: [key],
  additionalProperties: false,
}));

export const authPass = z
  .unknown()
  .transform((value, context): PasswordSource => {
    const given = sourceOf(value);
    if (given !== undefined && (given.kind !== 'text' || PASSWORD.test(given.text))) return given;
    const what = 'must be a password of letters, digits and `_.,:=/%^*?&+()@~<>|;$-`, or {env: NAME}, or {file: PATH}';
    context.addIssue({ code: 'custom', message: what });
    return z.NEVER;
  })
  .meta({
    description: 'password in the clear, or the environment variable or file that holds it',
    anyOf: [{ type: ['string', 'number'], pattern: PASSWORD.source }, ...FROM_ELSEWHERE],
  });

/** A value that is never shown, or where to find it. */
export const secret = z
  .unknown()
  .transform((value, context): PasswordSource => {
    const source = sourceOf(value);
    if (source !== undefined && (source.kind !== 'text' || SECRET.test(source.text))) return source;
    context.addIssue({
      code: 'custom',
      message: 'must be 4 to 1000 characters in one line, or {env: NAME}, or {file: PATH}',
    });
    return z.NEVER;
  })
  .meta({ anyOf: [{ type: ['string', 'number'] }, ...FROM_ELSEWHERE] });
