/** Matches `*` and `?` of ssh_config(5) PATTERNS, in quadratic time at worst. */
export function matchesPattern(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let resume = 0;
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p;
      p += 1;
      resume = n;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p += 1;
      n += 1;
    } else if (star !== -1) {
      p = star + 1;
      resume += 1;
      n = resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(p));
}

/** Whether one of the patterns matches; a matching `!pattern` excludes the name, whatever else matches. */
export function matchesPatterns(patterns: readonly string[], name: string): boolean {
  let matched = false;
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      if (matchesPattern(pattern.slice(1), name)) return false;
    } else if (pattern !== '' && matchesPattern(pattern, name)) matched = true;
  }
  return matched;
}
