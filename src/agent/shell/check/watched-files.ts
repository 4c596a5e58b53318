/** Files of `vrrp_track_file` and FILE_CHECK, watched through their folders. */
export interface Files {
  /** The whole list of files that are wanted from now on; each tells its value once at once. */
  readonly watch: (files: readonly string[]) => void;
  readonly close: () => void;
}
