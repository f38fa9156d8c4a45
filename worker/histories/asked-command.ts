/** A command that the workflow asked for while its history was replayed. */
export interface AskedCommand {
  readonly kind: 'activity' | 'local activity' | 'timer' | 'continue as new';
  /** The name of an activity, otherwise empty. */
  readonly name: string;
  /** The stack, in which the SDK names files and lines of our code rather than of the bundle. */
  readonly stack: string;
  /** The last event that the workflow knew. The commands of one workflow task have this in common. */
  readonly behindEvent: number;
}
