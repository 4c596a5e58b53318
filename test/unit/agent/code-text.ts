/** Formats a code with its arguments for a golden file, as in `became-master instance=VI_1 reason=[resigned master=10.0.0.2]`. */
export function codeText({ code, ...args }: { readonly code: string } & Readonly<Record<string, unknown>>): string {
  const given = Object.entries(args).filter(([name, value]) => name !== 'kind' && value !== undefined);
  return [code, ...given.map(([name, value]) => `${name}=${valueText(value)}`)].join(' ');
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (isCoded(value)) return `[${codeText(value)}]`;
  return String(value);
}

function isCoded(value: unknown): value is { readonly code: string } & Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && 'code' in value;
}
