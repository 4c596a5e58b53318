import { availableParallelism } from 'node:os';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { defineConfig } from 'vitest/config';
import { LANES } from './test/support/lanes.ts';

/**
 * By name, but for the lab's files that take longest: these come first, so that the lanes of the lab end at about the same
 * time. The very first finds the bare hosts that it needs without a second lab being made.
 */
const FIRST = [
  '01-from-nothing',
  // What it builds, that of the distributions takes over.
  'from-source',
  'examples-networks',
  'examples-services',
  'distributions',
  '08-agent',
  '05-worst-moments',
  'failover-faults',
  'methods',
  'changes-under-load',
  'two-box',
  '09-kernel-truth',
  '03-failover',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = FIRST.findIndex((name) => moduleId.includes(`test/lab/${name}`));
      return place === -1 ? FIRST.length : place;
    };
    return files.toSorted((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

/** vitest would leave a processor free, half of what a small machine has. */
const WORKERS = availableParallelism();

const TEMPORARY = 'test/support/own-temporary-folder.ts';

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      // Nothing of a unit test outlives it, so the files share a process: starting one for each costs more than they do.
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          globalSetup: [TEMPORARY],
          isolate: false,
          maxWorkers: WORKERS,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: [TEMPORARY],
          maxWorkers: WORKERS,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          globalSetup: [TEMPORARY],
          // Takeovers are waited for in real time; a few segments side by side cost next to nothing.
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          globalSetup: [TEMPORARY, 'test/lab/setup.ts'],
          // Each lane has a lab of its own, and tests wait for real hosts.
          maxWorkers: LANES,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
