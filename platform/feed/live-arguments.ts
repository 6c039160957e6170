import { ArgsType, Field } from 'type-graphql';

/** The arguments of every resumable field of Subscription; `openLiveSource` reads them. */
@ArgsType()
export class LiveArguments {
  @Field(() => String, {
    nullable: true,
    description:
      'The last position that you were told: you get first what you missed since, each thing once and in order, then what comes. Without it, only what comes.',
  })
  after?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether you are told first how things stand, then what comes after that; a position in after goes before it.',
  })
  snapshot?: boolean | null;
}
