/** The five kinds of viewer that the matrix asks as. */
export const VIEWERS = ['anonymous', 'customer', 'other', 'staff', 'admin'] as const;
export type ViewerName = (typeof VIEWERS)[number];

export type Json = Record<string, unknown>;
