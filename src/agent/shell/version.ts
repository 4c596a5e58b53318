/** Of the package that the agent comes with. */
export const VERSION = '0.1.0';
