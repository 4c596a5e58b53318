import type { TypedShell } from './typed-shell.ts';

export interface Requests {
  readonly answered: number;
  readonly failed: number;
  /** Of the longest pause between two answers; milliseconds. */
  readonly longest: number;
}

/** One request over a connection of its own every 20 ms; one that has no whole answer within a second has failed. */
const SCRIPT = `use strict; use IO::Socket::INET; use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC sleep alarm);
my ($vip, $seconds) = @ARGV; my $now = sub { clock_gettime(CLOCK_MONOTONIC) };
my ($ok, $failed, $longest, $next) = (0, 0, 0, $now->()); my $end = $next + $seconds; my $last = $next;
while (($next += 0.02) < $end) {
  my $answer = '';
  eval {
    local $SIG{ALRM} = sub { die "late" }; alarm(1);
    my $s = IO::Socket::INET->new(PeerAddr => $vip, PeerPort => 80, Proto => 'tcp') or die "refused";
    print $s "GET / HTTP/1.0\\r\\n\\r\\n"; local $/; $answer = <$s> // '';
  };
  alarm(0);
  if ($answer =~ m{^HTTP/1\\.\\d 200 }) { $ok++; my $at = $now->(); $longest = $at - $last if $at - $last > $longest; $last = $at; }
  else { $failed++; }
  my $left = $next - $now->(); if ($left > 0) { sleep($left) } else { $next = $now->() }
}
printf "%d %d %.0f\\n", $ok, $failed, 1000 * $longest;
`;

/** Asks a virtual address from a client for that long. */
export async function requests(shell: TypedShell, vip: string, seconds: number): Promise<Requests> {
  const said = await shell.run(
    `cat > /run/truth-requests.pl <<'END'\n${SCRIPT}END\nperl /run/truth-requests.pl ${vip} ${seconds}`,
  );
  const [answered = 0, failed = 0, longest = 0] = said.trim().split(' ').map(Number);
  return { answered, failed, longest };
}
