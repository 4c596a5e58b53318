/** A lab that is already up and stays up, for work on these tests. */
export const LENT_LAB = process.env['LVSCTL_TEST_LAB'];

/** How many files of lab tests run side by side, each in a lab of its own: one per processor of a small machine. */
export const LANES = LENT_LAB === undefined ? 2 : 1;

/** The lab of a lane, counted from 1; it stands beside whatever lab the user has up. */
export const labOfLane = (lane: number): string => LENT_LAB ?? `e2e-${lane}`;

/** A lab of other hosts and networks beside one. */
export const shapedLabBeside = (lab: string): string => `${lab}-shape`;

/** A second lab beside one, whose second director has no source of packages. */
export const agentLabBeside = (lab: string): string => `${lab}-agent`;
