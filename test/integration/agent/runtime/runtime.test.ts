import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { compileScript } from '../../../../src/agent/runtime/compile-script.ts';
import { bundleGuest, RUNNABLE, runAppended, runProgram, runtimePath, parseOutput } from './runtimes.ts';

const SIGNAL = AbortSignal.timeout(600_000);
const IS_ROOT = process.getuid?.() === 0;

// Emulators are slow.
describe.each(RUNNABLE)('the runtime for $architecture', { timeout: 180_000 }, ({ architecture, by }) => {
  let runtime = '';
  beforeAll(async () => {
    runtime = await runtimePath(architecture);
  }, 600_000);
  const run = async (script: string | Buffer, ...args: readonly string[]): ReturnType<typeof runAppended> =>
    runAppended({ runtime, by }, script, args);

  it('makes system calls with numbers, subarrays and pointers in structs', async () => {
    expect(parseOutput(await run(await bundleGuest('system-calls'), 'a', '-b', 'ç d'))).toEqual([
      { read: 6, text: 'middle' },
      { empty: -11 },
      { noDescriptor: -9 },
      { sent: 9 },
      { received: 'two parts' },
      { truncated: 0, size: 2 ** 40 },
      { offset: true },
      { arch: architecture, argv: ['a', '-b', 'ç d'], word: 'wörd' },
    ]);
  });

  it('starts programs with the given environment only and reports their exit', async () => {
    const [words, killed, input, descriptors, signals, session, identity, failures] = parseOutput(
      await run(await bundleGuest('children')),
    );
    expect(words).toEqual({ output: '2|ünïcode||grün|', exit: { pid: 1, code: 3 } });
    expect(killed).toEqual({ output: '', exit: { pid: 1, signal: 15 } });
    expect(input).toEqual({ output: 'read 1', exit: { pid: 1, code: 0 } });
    // The fourth is the directory being listed.
    expect(descriptors).toMatchObject({ output: expect.stringMatching(/^0 1 2 \d+ $/) });
    expect(signals).toMatchObject({ output: 'SigBlk:0000000000000000SigIgn:0000000000000000' });
    expect(session).toMatchObject({ output: 'leader 0 0' });
    expect(identity).toMatchObject({ output: IS_ROOT ? '1234 2345 2345 77 88' : 'not started: -1' });
    // Under an emulator vfork is fork, so failures in the child become its exit code.
    if (by.length === 0) expect(failures).toEqual({ missing: -2, noProgram: -13, left: [] });
  });

  const launchers: readonly (readonly [where: string, launcher: readonly string[]])[] = [
    ['', by],
    // The emulator itself needs more.
    ...(by.length === 0 ? [[', also with a limited address space', ['prlimit', '--as=150000000']] as const] : []),
  ];
  it.each(launchers)('does not overlap blocks of any size%s', async (_, launcher) => {
    // The content of a block identifies it, so that overlaps are detected. An emulator is slower by more than ten times.
    const rounds = by.length === 0 ? 60_000 : 15_000;
    const script = `let seed = 1;
      const random = (limit) => (seed = (seed * 48271) % 2147483647) % limit;
      const kept = new Array(2000);
      for (let round = 0; round < ${rounds}; round++) {
        const at = random(kept.length), size = random(random(10) === 0 ? 9000 : 700), mark = random(256);
        const old = kept[at];
        if (old !== undefined && !old.bytes.every((byte) => byte === old.mark)) throw new Error('bytes of ' + at);
        if (old !== undefined && old.list.some((item, index) => item !== index * old.mark)) throw new Error('list of ' + at);
        const bytes = new Uint8Array(size).fill(mark), list = [];
        for (let index = 0; index < size % 97; index++) list.push(index * mark);
        kept[at] = random(5) === 0 ? undefined : { bytes, list, mark };
      }`;
    expect(await runAppended({ runtime, by: launcher }, script)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('collects the requested signals and is killed by others', async () => {
    const ended = await run(await bundleGuest('signals'));
    expect(parseOutput(ended)).toEqual([
      { descriptor: true, none: [] },
      { caught: [1, 10, 12], after: [] },
      { unread: -32 },
    ]);
    expect(ended.code).toBe('SIGTERM');
  });

  it('is position-independent and static', async () => {
    const elf = await readFile(runtime);
    const ET_DYN = 3;
    const PT_INTERP = 3;
    expect(elf.readUInt16LE(16)).toBe(ET_DYN);
    const [start, size, count] = [Number(elf.readBigUInt64LE(32)), elf.readUInt16LE(54), elf.readUInt16LE(56)];
    const types = Array.from({ length: count }, (_, index) => elf.readUInt32LE(start + index * size));
    expect(types).not.toContain(PT_INTERP);
  });

  it.each([
    ['blocks', 'kept.push(new Uint8Array(4 << 20))'],
    ['one block beyond the limit', 'kept = new Uint8Array(300 << 20)'],
  ])('exits with status 70 and a message at 256 MiB of %s, even if the script catches exceptions', async (_, step) => {
    const { code, stdout, stderr } = await run(`let kept = []; for (;;) { try { ${step} } catch {} }`);
    expect(stderr).toMatch(
      /^lvs-agent: out of memory: \d+ bytes requested with \d+ MiB of at most 256 MiB in use\. .*\n$/,
    );
    expect([code, stdout]).toEqual([70, '']);
  });

  it('exits with status 70 and a message if the host is out of memory', async () => {
    const launcher = ['prlimit', '--data=30000000', ...by];
    const { code, stderr } = await runAppended(
      { runtime, by: by.length === 0 ? launcher : by },
      'let kept = []; for (;;) { try { kept.push(new Uint8Array(1 << 20)) } catch {} }',
    );
    expect([code, stderr]).toEqual([70, expect.stringMatching(/^lvs-agent: out of memory: /)]);
  });

  it('exits with status 70 and one line with the location on an uncaught error', async () => {
    const ended = await run('function inner() { null.x }\nfunction outer() { inner() }\n\n outer();');
    expect(ended).toEqual({
      code: 70,
      stdout: '',
      stderr:
        "lvs-agent: TypeError: cannot read property 'x' of null at inner (lvs-agent.js:1:24) at outer (lvs-agent.js:2:25) at <eval> (lvs-agent.js:4:7)\n",
    });
  });

  it('exits with status 70 on an unhandled rejection', async () => {
    const late = "(async () => { await 1; throw new RangeError('late\\nand long') })();";
    expect(await run(late)).toMatchObject({
      code: 70,
      stderr: expect.stringMatching(/^lvs-agent: RangeError: late and long at .*lvs-agent\.js:1:\d+\)\n$/),
    });
    const handled = 'const p = (async () => { throw 1 })(); (async () => { await 1; try { await p } catch {} })();';
    expect(await run(handled)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('reports the line of a syntax error', async () => {
    expect(await run('let a = 1;\nlet b = ;')).toMatchObject({
      code: 70,
      stderr: expect.stringMatching(/^lvs-agent: SyntaxError: .*lvs-agent\.js:2:9\n$/),
    });
  });

  it('reports infinite recursion on one line of bounded length', async () => {
    const { code, stderr } = await run('function deeper() { deeper() } deeper();');
    expect(code).toBe(70);
    expect(stderr).toMatch(/^lvs-agent: InternalError: stack overflow at deeper .{100,1200} \.\.\.\n$/);
  });

  it('runs a compiled script with line information', async () => {
    const text = 'function named() { host.none.at }\nnamed();';
    const compiled = await compileScript(await runtimePath(RUNNABLE[0].architecture), Buffer.from(text), SIGNAL);
    expect(await run(compiled)).toEqual(await run(text));
    const program = await compileScript(
      await runtimePath(RUNNABLE[0].architecture),
      await bundleGuest('signals'),
      SIGNAL,
    );
    expect((await run(program)).code).toBe('SIGTERM');
  });

  it('takes the path of a script if none is appended', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'lvs-agent-test-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const script = path.join(folder, 'script.js');
    await writeFile(script, 'throw new Error(host.argv.join())');
    expect((await runProgram([...by, runtime, script, '1', '2'])).stderr).toBe(
      `lvs-agent: Error: 1,2 at <eval> (${script}:1:16)\n`,
    );
    expect(await runProgram([...by, runtime, `${script}.none`])).toMatchObject({
      code: 66,
      stderr: `lvs-agent: ${script}.none: No such file or directory\n`,
    });
    expect((await runProgram([...by, runtime])).code).toBe(64);
  });
});
