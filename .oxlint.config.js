import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** The rooms of src, and the rooms that each may import from: no circle, no climb. failure.ts is open to most. */
export const ROOMS = {
  text: [],
  keepalived: [],
  forwarding: [],
  disk: [],
  toolbox: ['disk'],
  remote: ['disk', 'text'],
  platforms: ['remote', 'text'],
  resources: ['forwarding', 'keepalived', 'platforms', 'remote', 'text'],
  // Encrypted values and their keys.
  secrets: ['text'],
  inventory: ['disk', 'forwarding', 'keepalived', 'platforms', 'remote', 'secrets', 'text'],
  render: ['forwarding', 'inventory', 'keepalived', 'platforms'],
  observe: ['forwarding', 'inventory', 'platforms', 'remote', 'render', 'resources', 'text'],
  // A file with packages for hosts without network.
  bundle: ['inventory', 'observe', 'platforms', 'remote', 'render', 'resources', 'text'],
  // Programs that are built on a host, from the source that their authors publish.
  source: ['platforms', 'remote', 'resources', 'text'],
  desired: ['bundle', 'forwarding', 'inventory', 'keepalived', 'observe', 'platforms', 'render', 'resources', 'text'],
  plan: ['desired', 'inventory', 'keepalived', 'observe', 'remote', 'render', 'resources', 'text'],
  lint: ['desired', 'inventory', 'keepalived', 'render', 'resources'],
  apply: ['inventory', 'observe', 'plan', 'platforms', 'remote', 'resources', 'text'],
  status: ['inventory', 'keepalived', 'observe', 'plan', 'resources'],
  verify: [
    'desired',
    'forwarding',
    'inventory',
    'keepalived',
    'observe',
    'plan',
    'remote',
    'render',
    'resources',
    'text',
  ],
  // Logs of hosts in the order of time.
  logs: ['inventory', 'platforms', 'remote', 'text'],
  failover: ['apply', 'inventory', 'keepalived', 'observe', 'platforms', 'remote', 'render', 'resources', 'text'],
  pipeline: [
    'apply',
    'bundle',
    'desired',
    'failover',
    'inventory',
    'keepalived',
    'logs',
    'observe',
    'plan',
    'remote',
    'render',
    'resources',
    'source',
    'status',
    'verify',
  ],
  adopt: ['inventory', 'keepalived', 'render', 'text'],
  lab: ['disk', 'forwarding', 'inventory', 'keepalived', 'remote', 'toolbox'],
  // Pages of docs that are made from the code.
  reference: ['cli', 'inventory', 'keepalived', 'platforms'],
  cli: [
    'adopt',
    'apply',
    'bundle',
    'disk',
    'failover',
    'inventory',
    'keepalived',
    'lab',
    'lint',
    'logs',
    'observe',
    'pipeline',
    'plan',
    'remote',
    'render',
    'secrets',
    'status',
    'text',
    'verify',
  ],
  agent: ['keepalived'],
  // The build of the agent, which is no part of the agent.
  'agent/runtime': ['disk', 'toolbox'],
};

/** No I/O, no clock, no timers, no process. */
const PURE = ['text', 'keepalived', 'forwarding', 'platforms', 'resources', 'desired', 'plan', 'agent/core'];

/** Programs of their own, or what such a program is made of. */
const WITHOUT_FAILURE = ['agent', 'agent/core', 'keepalived', 'text', 'forwarding'];

/** What the agent is made of has no room for what only people read. */
const WITHOUT_REFERENCE = ['agent', 'keepalived'];
const NO_REFERENCE = {
  regex: 'keywords/meaning|/version-gate',
  message: 'What keywords mean, and the gate of versions, are no part of the agent.',
};

const SRC = path.join(import.meta.dirname, 'src');

/** Folders of a room, itself first, as paths below src. @param {string} folder @returns {readonly string[]} */
function foldersOf(folder) {
  if (!existsSync(path.join(SRC, folder))) return [];
  const inner = readdirSync(path.join(SRC, folder), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [folder, ...inner.flatMap(({ name }) => foldersOf(`${folder}/${name}`))];
}

/** The room that a folder belongs to: the longest name that it begins with. @param {string} folder */
function roomOf(folder) {
  const inside = Object.keys(ROOMS).filter((room) => folder === room || folder.startsWith(`${room}/`));
  return inside.toSorted((one, other) => other.length - one.length)[0];
}

/** What files of one folder may not import. @param {string} folder */
function edgesOf(folder) {
  const room = roomOf(folder);
  if (room === undefined) throw new Error(`src/${folder} is in no room: add it to ROOMS in .oxlint.config.js`);
  const top = folder.split('/')[0];
  const up = String.raw`\.\./`.repeat(folder.split('/').length);
  const others = [...new Set(readdirSync(SRC).filter((name) => !name.includes('.') && name !== top))];
  const closed = others.filter((name) => !ROOMS[room].includes(name));
  const names = WITHOUT_FAILURE.includes(room) ? [...closed, String.raw`failure\.ts$`] : closed;
  const pure = PURE.some((one) => folder === one || folder.startsWith(`${one}/`));
  return {
    files: [`src/${folder}/*.ts`],
    rules: {
      'eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^${up}(?:${names.map((name) => (name.includes('$') ? name : `${name}/`)).join('|')})`,
              message: `src/${room} may import from ${ROOMS[room].join(', ') || 'no other room'} (ROOMS in .oxlint.config.js).`,
            },
            ...(pure ? [{ group: ['node:*'], message: `src/${folder} is pure: no I/O here.` }] : []),
            ...(WITHOUT_REFERENCE.includes(top) && folder !== 'keepalived/keywords' ? [NO_REFERENCE] : []),
          ],
        },
      ],
      ...(pure && {
        'eslint/no-restricted-globals': [
          'error',
          'Date',
          'setTimeout',
          'setInterval',
          'setImmediate',
          'process',
          'performance',
          'fetch',
        ],
      }),
    },
  };
}

const folders = readdirSync(SRC, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => foldersOf(name));

export default {
  plugins: ['typescript', 'import', 'unicorn', 'oxc'],
  categories: { correctness: 'error', suspicious: 'error' },
  rules: {
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/strict-boolean-expressions': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-unsafe-type-assertion': 'off',
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'import/no-unassigned-import': 'off',
    'eslint/no-console': 'error',
    'eslint/no-await-in-loop': 'off',
    'eslint/no-underscore-dangle': 'off',
    'eslint/no-shadow': 'off',
    'typescript/consistent-return': 'off',
    'eslint/no-control-regex': 'off',
    'eslint/max-lines': ['error', { max: 300 }],
    'eslint/eqeqeq': 'error',
    'eslint/prefer-const': 'error',
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    'unicorn/consistent-function-scoping': 'off',
  },
  overrides: [
    ...folders.map(edgesOf),
    { files: ['test/**', '*.config.ts'], rules: { 'eslint/max-lines': 'off', 'import/no-default-export': 'off' } },
    {
      files: ['test/**'],
      rules: {
        'eslint/no-restricted-imports': [
          'error',
          { paths: [{ name: 'vitest', importNames: ['test'], message: 'Write `it`, as everywhere.' }] },
        ],
      },
    },
    {
      files: ['bin/**', 'test/run.js', 'test/bench/**'],
      rules: { 'eslint/no-console': 'off', 'typescript/strict-boolean-expressions': 'off' },
    },
  ],
};
