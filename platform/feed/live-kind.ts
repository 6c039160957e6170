import { registerEnumType } from 'type-graphql';

/** Why a subscriber is told something. */
export enum LiveKind {
  SNAPSHOT = 'SNAPSHOT',
  CHANGE = 'CHANGE',
  RESET = 'RESET',
}

registerEnumType(LiveKind, {
  name: 'LiveKind',
  description: 'Why you are told something in a subscription.',
  valuesConfig: {
    SNAPSHOT: { description: 'How things stand, because you asked for a snapshot.' },
    CHANGE: { description: 'Something happened.' },
    RESET: {
      description:
        'How things stand, because what you missed is no longer kept, or your position is not one of this shop: forget what you knew.',
    },
  },
});

/** What every answer of a resumable subscription says beside what happened. */
export interface Told {
  /** A decimal integer as text. */
  readonly position: string;
  readonly kind: LiveKind;
}
