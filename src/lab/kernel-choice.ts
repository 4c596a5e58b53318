import { Failure } from '../failure.ts';
import type { LabKernel } from './state.ts';
import { UML_SUITES, type UmlSuite } from './uml.ts';

/** One way to try, with the reason for it, which completes the sentence "kernel uml: …". */
export type Candidate =
  | { readonly kernel: 'host' | 'qemu'; readonly because: string }
  | { readonly kernel: 'uml'; readonly because: string; readonly suite: UmlSuite };

export interface Machine {
  /** As Node names it: `x64`. */
  readonly architecture: string;
  /** Why the machine's own kernel will not do; undefined when it will. */
  readonly hostRefusal: string | undefined;
}

/**
 * The ways to try, in order. What was asked for by name is tried alone; `auto` prefers the machine's own kernel, then
 * a kernel that is a program, then an emulated machine.
 * @throws Failure `lab` when there is none
 */
export function candidates(requested: LabKernel | 'auto', machine: Machine): readonly Candidate[] {
  const { architecture, hostRefusal } = machine;
  const isAsked = (kernel: LabKernel): boolean => requested === kernel || requested === 'auto';
  if (requested === 'host' && hostRefusal !== undefined) {
    throw new Failure('lab', `kernel host does not work here: ${hostRefusal}`, {
      hint: 'Leave --kernel out, and the lab brings a kernel of its own.',
    });
  }
  const host: Candidate = { kernel: 'host', because: requested === 'auto' ? 'this kernel has ip_vs' : 'as asked' };
  const ways = isAsked('host') && hostRefusal === undefined ? [host] : [];
  if (architecture !== 'x64') {
    if (ways.length > 0) return ways;
    throw new Failure(
      'lab',
      `a lab with a kernel of its own works on amd64 only, and this machine is ${architecture}`,
      {
        hint: 'On a machine whose kernel has ip_vs the lab runs on any architecture (--kernel host).',
      },
    );
  }
  const because = requested === 'auto' ? (hostRefusal ?? host.because) : 'as asked';
  const uml = UML_SUITES.map((suite): Candidate => ({ kernel: 'uml', because, suite }));
  return [...ways, ...(isAsked('uml') ? uml : []), ...(isAsked('qemu') ? [{ kernel: 'qemu', because } as const] : [])];
}
