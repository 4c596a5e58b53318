/** The version of the package that contains the agent. */
export const VERSION = '0.1.0';
