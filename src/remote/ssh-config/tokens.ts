/** Values of %-sequences by their letter. */
export type Tokens = Readonly<Record<string, string>>;

/** An expanded text, or why it cannot be expanded. */
export type Expanded = { readonly text: string } | { readonly problem: string };

/** Replaces `%x`; `%%` is a percent sign. */
export function expandTokens(text: string, tokens: Tokens): Expanded {
  let problem: string | undefined;
  const replaced = text.replaceAll(/%(.?)/gs, (sequence, letter: string) => {
    if (letter === '%') return '%';
    const value = Object.hasOwn(tokens, letter) ? tokens[letter] : undefined;
    if (value === undefined) problem ??= `cannot expand ${sequence} here`;
    return value ?? sequence;
  });
  return problem === undefined ? { text: replaced } : { problem };
}

/** Replaces `${NAME}` by an environment variable. */
function expandVariables(text: string, variables: Readonly<Record<string, string | undefined>>): Expanded {
  let problem: string | undefined;
  const replaced = text.replaceAll(/\$\{([^}]*)\}/g, (_whole, name: string) => {
    const value = variables[name];
    if (value === undefined) problem ??= `needs the environment variable ${name}, which is not set`;
    return value ?? '';
  });
  return problem === undefined ? { text: replaced } : { problem };
}

/** What stands for parts of a path. */
export interface PathExpansion {
  readonly home: string;
  readonly tokens: Tokens;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Replaces `~`, `${NAME}` and %-sequences. */
export function expandPath(path: string, { home, tokens, variables }: PathExpansion): Expanded {
  if (/^~[^/]/.test(path)) return { problem: 'names the home of another user, which lvsctl cannot look up' };
  const absolute = path === '~' || path.startsWith('~/') ? home + path.slice(1) : path;
  const expanded = expandTokens(absolute, tokens);
  return 'problem' in expanded ? expanded : expandVariables(expanded.text, variables);
}
