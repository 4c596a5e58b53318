import { describe, expect, it } from 'vitest';
import { run } from '../../../src/toolbox/run.ts';

const { signal } = new AbortController();

describe('a program of this machine', () => {
  it('gets its arguments as they are', async () => {
    const { stdout } = await run('printf', ['%s|', 'a b', "it's", '$HOME'], { signal });
    expect(stdout).toBe("a b|it's|$HOME|");
  });

  it('fails with its last words', async () => {
    const failing = run('sh', ['-c', 'echo first >&2; echo "E: no such thing" >&2; exit 3'], { signal });
    await expect(failing).rejects.toMatchObject({
      code: 'lab',
      message: 'sh failed: E: no such thing',
      detail: { exitCode: 3 },
    });
  });

  it('may end with a code that is an answer', async () => {
    expect(await run('sh', ['-c', 'exit 1'], { signal, accept: [1] })).toMatchObject({ exitCode: 1 });
    expect(await run('sh', ['-c', 'kill -9 $$'], { signal, accept: 'any' })).toMatchObject({ exitCode: -1 });
  });

  it('is stopped with all that it started when the run is aborted', async () => {
    const stop = new AbortController();
    const started = performance.now();
    const running = run('sh', ['-c', 'sleep 60 & sleep 60'], { signal: stop.signal });
    setTimeout(() => stop.abort(), 50);
    await expect(running).rejects.toMatchObject({ code: 'interrupted' });
    expect(performance.now() - started).toBeLessThan(2500);
  });
});
