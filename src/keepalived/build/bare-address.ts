import { canonicalAddress } from '../text/address.ts';

/** The canonical text of an address; a range or a prefix behind it is not read, as keepalived has it. */
export function bareAddress(text: string): string | undefined {
  const end = text.includes('-') ? text.indexOf('-') : text.indexOf('/');
  return canonicalAddress(end < 0 ? text : text.slice(0, end));
}
