import type { Conf } from '../core/conf/model.ts';
import { decodeUtf8 } from '../core/bytes/text.ts';
import { readFile } from './files.ts';
import type { Sys } from './sys.ts';

export interface LoadedConf {
  readonly conf: Conf;
}

/** For the time being a `Conf` as JSON. */
export function loadConf(sys: Sys, file: string): LoadedConf | string {
  const bytes = readFile(sys, file);
  if (typeof bytes === 'number') return `${file} cannot be read`;
  return { conf: JSON.parse(decodeUtf8(bytes)) as Conf };
}
