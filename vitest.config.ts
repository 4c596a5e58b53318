import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { defineConfig } from 'vitest/config';

/** The lab's files build on each other: the first finds bare hosts. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => a.moduleId.localeCompare(b.moduleId));
  }
}

const TEMPORARY = 'test/support/own-temporary-folder.ts';

export default defineConfig({
  test: {
    sequence: { sequencer: ByName },
    projects: [
      // Nothing of a unit test outlives it, so the files share a process: starting one for each costs more than they do.
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          globalSetup: [TEMPORARY],
          isolate: false,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: [TEMPORARY],
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
          // One lab, one cluster: files run one after the other and a test waits for real hosts.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
