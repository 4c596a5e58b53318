import * as z from 'zod';

/** The characters that keepalived.conf takes literally outside quotes; at the start `$` would be the name of a value. */
export const PASSWORD = /^(?!\$[A-Za-z_{])[A-Za-z0-9_.,:=/%^*?&+()@~<>|;$-]+$/;

/** What `secrets` may list: shorter ones would take words out of every text. */
export const SECRET = /^[^\0\r\n]{4,1000}$/;

/** What stands for a secret in JSON Schema: any text value may come from elsewhere. */
export const FROM_ELSEWHERE = ['env', 'file', 'encrypted', 'exec'].map((key) => ({
  type: 'object',
  properties: {
    [key]: key === 'exec' ? { type: 'array', items: { type: 'string' }, minItems: 1 } : { type: 'string' },
  },
  required: [key],
  additionalProperties: false,
}));

const ELSEWHERE = '{env: NAME}, {file: PATH}, {exec: [PROGRAM, …]} or {encrypted: …}';

export const authPass = z
  .unknown()
  .transform((value, context): string => {
    if (typeof value === 'string' && PASSWORD.test(value)) return value;
    const what = `must be a password of letters, digits and \`_.,:=/%^*?&+()@~<>|;$-\`, or ${ELSEWHERE}`;
    context.addIssue({ code: 'custom', message: what });
    return z.NEVER;
  })
  .meta({
    description: 'password in the clear, or where to find it',
    anyOf: [{ type: ['string', 'number'], pattern: PASSWORD.source }, ...FROM_ELSEWHERE],
  });

/** A value that is never shown, or where to find it. */
export const secret = z
  .unknown()
  .transform((value, context): string => {
    if (typeof value === 'string' && SECRET.test(value)) return value;
    context.addIssue({ code: 'custom', message: `must be 4 to 1000 characters in one line, or ${ELSEWHERE}` });
    return z.NEVER;
  })
  .meta({ anyOf: [{ type: ['string', 'number'] }, ...FROM_ELSEWHERE] });

/** A password for logins. */
export const password = z
  .unknown()
  .transform((value, context): string => {
    if (typeof value === 'string' && /^[^\0\r\n]{1,1000}$/.test(value)) return value;
    context.addIssue({ code: 'custom', message: `must be 1 to 1000 characters in one line, or ${ELSEWHERE}` });
    return z.NEVER;
  })
  .meta({
    description: 'password, or where to find it, for hosts without keys; keys are tried first',
    anyOf: [{ type: ['string', 'number'] }, ...FROM_ELSEWHERE],
  });
