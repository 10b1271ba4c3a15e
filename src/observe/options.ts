/** What is told about exchanges, and where. */

export interface AccessLogOptions {
  /** A file's path, or undefined for standard output. */
  readonly file: string | undefined;
}
