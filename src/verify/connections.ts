import { type Command, lines, sh } from '../remote/command.ts';
import { nameOfPlace } from '../keepalived/ipvs/name.ts';
import { AT_ONCE, type Probe, directProbes } from './direct.ts';
import { type Question, requestCount } from './question.ts';

/** Seconds for a connection to be established: the client repeats a lost SYN after one. */
export const CONNECT_SECONDS = 3;

/** Connections at the same time: a director that is busy with verify must not lose advertisements. */
const PARALLEL = 4;

/**
 * Opens connections to each real server, then to the virtual server, some in parallel. A line `PLACE EXIT CONNECTIONS` says
 * what came of each. The server may wait for the client to speak, or say something that is not HTTP: what curl makes of
 * that does not matter once it has connected.
 */
export function connectionScript(question: Question): Command {
  const direct = directProbes(question).map((probe) => connect(probe));
  const asked = spread(question, requestCount(question)).map((place) => {
    const { vip, port } = question.endpoints[place] ?? { vip: '', port: 0 };
    return connect({ place: `v.${place}`, address: vip, port });
  });
  return sh`command -v curl >/dev/null || { echo 'curl not found' >&2; exit 127; }
connect() {
  made=$(curl -q -s -g --noproxy ${'*'} --max-time ${CONNECT_SECONDS} -o /dev/null -w ${'%{num_connects}'} "$2")
  echo "$1 $? $made"
}
early() {
  read -r now rest </proc/uptime
  [ "$\{now%.*}" -lt $end ]
}
${lines(
  batches(direct, AT_ONCE).map(
    (batch) => sh`${lines(batch)}
wait`,
  ),
)}
read -r now rest </proc/uptime
end=$(($\{now%.*} + ${question.effort.seconds}))
${lines(
  batches(asked, PARALLEL).map(
    (batch) => sh`early || exit 0
${lines(batch)}
wait`,
  ),
)}`;
}

function connect({ place, address, port }: Pick<Probe, 'place' | 'address' | 'port'>): Command {
  return sh`connect ${place} ${`http://${nameOfPlace({ address, port })}/`} &`;
}

function batches(commands: readonly Command[], size: number): readonly (readonly Command[])[] {
  const count = Math.ceil(commands.length / size);
  return Array.from({ length: count }, (_, index) => commands.slice(index * size, (index + 1) * size));
}

/**
 * Sends datagrams, each from a port of its own, to the virtual server. Whether they are answered depends on the protocol
 * that they do not speak, so the directors count them. A line `PLACE EXIT 1` for each.
 */
export function datagramScript(question: Question): Command {
  const sent = spread(question, requestCount(question)).map((place) => {
    const { vip, port } = question.endpoints[place] ?? { vip: '', port: 0 };
    return sh`send ${`v.${place}`} ${vip} ${port} ${`tftp://${nameOfPlace({ address: vip, port })}/lvsctl`}`;
  });
  return sh`if command -v bash >/dev/null; then
  send() { bash -c 'echo >"/dev/udp/$0/$1"' "$2" "$3" 2>/dev/null; echo "$1 $? 1"; }
elif command -v curl >/dev/null; then
  send() { curl -q -s -g --max-time 1 -o /dev/null "$4" & echo "$1 0 1"; }
else
  echo 'neither bash nor curl found' >&2
  exit 127
fi
${lines(sent)}
wait`;
}

/** The endpoint of each request; each endpoint has as many in a row as there are real servers, which then take turns. */
export function spread({ endpoints, server }: Question, count: number): readonly number[] {
  const block = Math.max(1, server.pool.length);
  return Array.from({ length: count }, (_, index) => Math.floor(index / block) % endpoints.length);
}
