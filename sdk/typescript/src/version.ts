/** The version of this package. It is part of the user agent. */
export const VERSION = '0.2.0';
