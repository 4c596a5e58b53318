/** One exchange with a host: milliseconds by the local clock, and the answer of `date +%s.%N`. */
export interface ClockSample {
  readonly sent: number;
  readonly received: number;
  readonly answer: string;
}

/** The clock of a host compared with the local one. */
export interface ClockOffset {
  /** milliseconds; positive when the clock of the host is ahead */
  readonly offset: number;
  /** milliseconds; the greatest error of the offset */
  readonly uncertainty: number;
}

/** The offset from the exchange with the least uncertainty, as NTP does; undefined when no answer is a time. */
export function clockOffset(samples: readonly ClockSample[]): ClockOffset | undefined {
  const offsets = samples.flatMap((sample) => {
    const clock = readClock(sample.answer);
    if (clock === undefined) return [];
    const { sent, received } = sample;
    const offset = clock.time - (sent + received) / 2;
    return [{ offset, uncertainty: (received - sent) / 2 + clock.uncertainty }];
  });
  return offsets.toSorted((one, other) => one.uncertainty - other.uncertainty)[0];
}

/** A `date` that knows no `%N` prints whole seconds, followed by anything. */
function readClock(answer: string): { readonly time: number; readonly uncertainty: number } | undefined {
  const [, seconds, fraction] = /^(\d{1,11})(?!\d)(?:\.(\d{3,9})$)?/.exec(answer) ?? [];
  if (seconds === undefined) return undefined;
  if (fraction === undefined) return { time: Number(seconds) * 1000 + 500, uncertainty: 500 };
  return { time: Number(seconds) * 1000 + Number(`0.${fraction}`) * 1000, uncertainty: 0 };
}
