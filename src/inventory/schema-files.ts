import * as z from 'zod';
import { PLAIN_PATH, path, scalar } from './schema-values.ts';

/** Files that lvsctl writes itself. */
const OWN_FILES =
  /^\/etc\/keepalived\/keepalived\.conf$|\/lvs[.-][^/]*$|\/(?:60-)?lvsctl\.conf$|^\/(?:var\/lib|run)\/lvsctl\//;

/** Files that are put on directors, by their path there. */
export const files = z
  .record(
    z
      .string()
      .regex(PLAIN_PATH, 'is no absolute path of letters, digits and `._+@-`')
      .refine((path) => !OWN_FILES.test(path), 'is written by lvsctl itself'),
    z
      .preprocess(
        (value) => (typeof value === 'string' ? { from: value } : value),
        z
          .strictObject({
            from: path('the path of a file').describe('file on this machine; a relative path starts at the inventory'),
            mode: scalar('an octal mode such as 0755', (text) =>
              /^0?[0-7]{3}$/.test(text) ? Number.parseInt(text, 8) : undefined,
            )
              .meta({ type: ['string', 'number'], pattern: '^0?[0-7]{3}$', inputExamples: ['0755'] })
              .optional()
              .describe('permissions'),
          })
          .meta({ id: 'file' }),
      )
      .meta({ shortForm: 'name' }),
  )
  .refine((map) => Object.keys(map).length <= 100, 'must not have more than 100 files');
