import { type Command, lines, sh } from '../remote/command.ts';

/**
 * A run holds a lease on each host: a nonce of its own, a line that names the owner, and an expiry on the host's
 * monotonic clock. docs/decisions/the-lock-is-a-lease.md says why.
 *
 * - `lease` contains `NONCE EXPIRY SHELL` and the owner, and is replaced as a whole;
 * - `mutex` is locked while a lease is read or replaced;
 * - `running` is locked while a script makes changes, and contains its process ID and owner.
 *
 * Only root can enter the directory, because anyone who can open a file can lock it. A reboot empties it.
 */
export const FOLDER = '/run/lvsctl';

/** Seconds without a heartbeat after which another run may take the lease. */
export const LEASE_SECONDS = 30;

/** Seconds for which a script retries to get a lock that another one holds. */
const GRACE_SECONDS = 4;

/** Exit code of a script that did nothing because the lease does not, or no longer, belong to its run. */
export const FENCED = 76;

/** Exit code of a script that did nothing because another one is running. */
export const BUSY = 75;

/**
 * Functions that the scripts share. `read_lease` succeeds when there is a lease that has not expired; an unreadable one
 * does not count, because it fences no run and would never expire. busybox's flock cannot wait, so `lock` retries.
 */
export const common = sh`run=${FOLDER}
read_lease() {
nonce= expiry= holder= owner=
[ ! -e "$run/lease" ] || { read -r nonce expiry holder; IFS= read -r owner; } < "$run/lease"
read -r now idle < /proc/uptime
now=$\{now%%.*}
[ -n "$nonce" ] && [ "$expiry" -gt "$now" ] 2>/dev/null
}
write_lease() {
(umask 077; printf '%s %s %s\\n%s\\n' "$nonce" "$expiry" $$ "$owner" > "$run/lease.new") && mv "$run/lease.new" "$run/lease"
}
lock() {
tries=0
until flock -n "$1"; do
[ $tries -lt ${GRACE_SECONDS} ] || return 1
tries=$((tries + 1))
sleep 1
done
}`;

/** Restricts the directory to root, or refuses to use it. */
const ownFolder = sh`command -v flock >/dev/null || { echo 'flock is not installed' >&2; exit 1; }
[ -e "$run" ] || (umask 077; mkdir "$run") || exit 1
mode=$(stat -c '%a %F' "$run")
[ -O "$run" ] && [ "$\{mode#* }" = directory ] || { echo "$run is not a directory owned by root" >&2; exit 1; }
[ "$mode" = '700 directory' ] || chmod 700 "$run" || exit 1`;

/** Locks `running` on descriptor 8 and `mutex` on 9, or exits: nothing runs unlocked. */
const lockBoth = sh`exec 8>>"$run/running" 9>>"$run/mutex" || exit 1
lock 8 || { read -r pid owner < "$run/running"; echo "process $pid is still making changes ($owner)" >&2; exit ${BUSY}; }
lock 9 || { echo "$run/mutex cannot be locked" >&2; exit ${BUSY}; }`;

const announce = sh`printf '%s %s\\n' $$ "$owner" > "$run/running"
exec 9>&-`;

/**
 * Prefix of a script that changes a host. The script continues only if the lease belongs to its run, and no script of
 * another run can run at the same time, because `running` stays locked on descriptor 8 until the shell exits. Background
 * processes of a step must close that descriptor.
 * @param nonce of the run that the script belongs to
 */
export function fence(nonce: string): Command {
  return lines([
    common,
    sh`gone='the lock of this run has expired, or was broken'
[ -e "$run/mutex" ] || { echo "$gone" >&2; exit ${FENCED}; }`,
    lockBoth,
    sh`read_lease && live=yes || live=no
case $live:$nonce in
yes:${nonce}) ;;
yes:*) echo "another run has taken the lock (ID $nonce): $owner" >&2; exit ${FENCED} ;;
*) echo "$gone" >&2; exit ${FENCED} ;;
esac`,
    announce,
  ]);
}

/**
 * The same for a script that undoes what its run did to a host: an expired lease does not stop it, only one that another
 * run holds.
 */
export function fenceUnlessTaken(nonce: string): Command {
  return lines([
    common,
    ownFolder,
    lockBoth,
    sh`if read_lease && [ "$nonce" != ${nonce} ]; then
echo "another run has taken the lock (ID $nonce): $owner" >&2; exit ${FENCED}
fi`,
    announce,
  ]);
}

/**
 * Takes the lease and renews it for each `beat` on standard input. `release`, or the end of the input after a lost
 * connection, gives it back. Prints `locked`; or `held ID SECONDS OWNER` when another run has it, `left PROCESS OWNER`
 * when a script of a dead run is still running. A beat is answered with `kept`, with `late` when the lease could not be
 * written, or with `lost WHY`, after which the script exits.
 */
export function holdLease(nonce: string, owner: string, seconds: number): Command {
  return lines([
    sh`umask 077
trap '' PIPE`,
    common,
    ownFolder,
    sh`take() (
exec 8>>"$run/running" 9>>"$run/mutex" || exit 1
lock 9 || { echo "$run/mutex cannot be locked" >&2; exit 1; }
if read_lease && [ "$nonce" != ${nonce} ]; then
printf 'held %s %s %s\n' "$nonce" $((expiry - now)) "$owner"; exit ${BUSY}
fi
flock -n 8 || { read -r pid owner < "$run/running"; printf 'left %s %s\n' "$pid" "$owner"; exit ${BUSY}; }
nonce=${nonce} owner=${owner} expiry=$((now + ${seconds}))
write_lease
)
renew() (
exec 9>>"$run/mutex" || exit 1
lock 9 || exit 1
read_lease && live=yes || live=no
case $live:$nonce:$holder in
yes:${nonce}:$$) expiry=$((now + ${seconds})); write_lease ;;
yes:${nonce}:*) echo 'lost the run has taken it again over another connection'; exit ${FENCED} ;;
yes:*) echo "lost another run has taken it (ID $nonce): $owner"; exit ${FENCED} ;;
no:${nonce}:*) echo 'lost it expired without a heartbeat'; exit ${FENCED} ;;
*) echo 'lost it was broken, or expired and was taken by a run that has ended'; exit ${FENCED} ;;
esac
)
let_go() (
exec 9>>"$run/mutex" && lock 9 || exit 1
read_lease
[ "$nonce $holder" != "${nonce} $$" ] || rm -f "$run/lease"
)
trap 'let_go; exit 1' HUP INT TERM
attempts=0
while :; do
said=$(take)
rc=$?
[ $rc = ${BUSY} ] && [ $attempts -lt ${GRACE_SECONDS} ] || break
attempts=$((attempts + 1))
sleep 1
done
[ $rc = 0 ] || { printf '%s\n' "$said"; exit $rc; }
echo locked
while read -r word; do
case $word in
beat) renew; rc=$?
case $rc in
0) echo kept ;;
${FENCED}) exit $rc ;;
*) echo late ;;
esac ;;
release) break ;;
esac
done
let_go`,
  ]);
}
