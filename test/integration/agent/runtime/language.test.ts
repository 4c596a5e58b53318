import path from 'node:path';
import { expect, it } from 'vitest';
import { RUNNABLE, runAppended, RUNTIME_SOURCES, runProgram, runtimePath } from './runtimes.ts';

const ROOT = path.resolve(RUNTIME_SOURCES, '../../..');

/**
 * Each is true if the feature is supported. QuickJS 2025-04-26 treats asUintN with 64 or more bits as asIntN, so the
 * agent must not use it.
 */
const ES2023 = [
  '[2, 1].toSorted()[0] === 1 && [1, 2].toReversed()[0] === 2 && [1].with(0, 2)[0] === 2',
  '[1].toSpliced(0, 1).length === 0 && [1, 2].findLast(() => true) === 2 && [1, 2].findLastIndex(() => true) === 1',
  'Uint8Array.of(2, 1).toSorted()[0] === 1 && Uint8Array.of(1).with(0, 2)[0] === 2 && Uint8Array.of(1).at(-1) === 1',
  '/(?<year>\\d+)(?<=1)(?<!x1)/s.exec("2001").groups.year === "2001"',
  '/\\p{L}/u.test("ä") && /a/y.test("a") && /a/d.exec("a").indices[0][1] === 1',
  '[..."a1b2".matchAll(/\\d/g)].length === 2 && "aa".replaceAll("a", "b") === "bb"',
  'class A { #x = 1; static y = 2; static { A.z = 3; } get x() { return this.#x; } has(o) { return #x in o; } } new A().x + A.y + A.z === 6 && new A().has(new A())',
  'let value; value ??= 1; value ||= 2; value &&= 3; value === 3 && undefined?.x === undefined',
  'BigInt.asUintN(63, -1n) === 2n ** 63n - 1n && new DataView(new ArrayBuffer(8)).getBigUint64(0, true) === 0n',
  'Object.hasOwn({ a: 1 }, "a") && Object.fromEntries([["a", 1]]).a === 1 && Object.groupBy([1], String)[1][0] === 1',
  'new Error("a", { cause: 1 }).cause === 1 && new AggregateError([1]).errors.length === 1',
  'const key = {}; new WeakMap([[key, 1]]).get(key) === 1 && new WeakRef(key).deref() === key',
  'function* count() { yield* [1, 2]; } [...count()].length === 2 && Array.from(new Map([[1, 2]]).values())[0] === 2',
  'typeof Promise.withResolvers === "function" && typeof Promise.any === "function" && typeof Proxy === "function"',
  '"ä".normalize("NFD").length === 2 && "a".isWellFormed() && "a".localeCompare("b") < 0',
  'new Date(0).toISOString() === "1970-01-01T00:00:00.000Z" && Math.clz32(1) === 31 && 1_000 === 1000',
];

it('restricts the agent to ECMAScript 2023, without Node or browser APIs', async () => {
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const checked = await runProgram([process.execPath, tsc, '-p', path.join(ROOT, 'src/agent/host-static')]);
  expect(checked).toEqual({ code: 0, stdout: '', stderr: '' });
});

it('supports ECMAScript 2023 in the runtime', { timeout: 600_000 }, async () => {
  const [own] = RUNNABLE;
  const script = `for (const text of ${JSON.stringify(ES2023)}) {
    let answer;
    try { answer = (0, eval)(text); } catch (error) { answer = String(error); }
    if (answer !== true) throw new Error(text + ': ' + answer);
  }`;
  const ended = await runAppended({ runtime: await runtimePath(own.architecture), by: own.by }, script);
  expect(ended).toEqual({ code: 0, stdout: '', stderr: '' });
});
