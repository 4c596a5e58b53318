import { type Check, failed, passed } from '../check.ts';

/** Every request from the client is answered. */
export const answers: Check = ({ client }) =>
  (client?.answers ?? []).map(({ service, sequence, errors, silent }) => {
    const answered = sequence.filter((from) => from !== undefined).length;
    const title = `${service} answers the client`;
    const expected = `${sequence.length} of ${sequence.length} requests answered`;
    if (answered === sequence.length) return passed('answers', title, expected, expected);
    const dead = silent.length === 0 ? '' : `; asked directly, ${silent.join(', ')} did not answer either`;
    return failed(
      'answers',
      title,
      expected,
      `${answered} of ${sequence.length} answered${errors.length === 0 ? '' : ` (${errors.join('; ')})`}${dead}`,
      silent.length === 0
        ? 'Look at the checks of the table, of ownership and of the real servers below; DR needs the virtual address on lo of each real server.'
        : `Start the web server on ${silent.join(', ')}, and look at its log.`,
    );
  });
