/** How a platform is tested: on hosts of the lab, with the real tools in a root of their own, or not at all. */
export type Proof = 'lab' | 'tools' | 'documentation';
