import { Field, InterfaceType } from 'type-graphql';

/**
 * What every expected failure of a mutation has in common; each failure is a class of its own that implements it and a
 * member of its mutation's error union. Classes set `code` to their own name in capitals.
 */
@InterfaceType('UserError', {
  description:
    'An expected failure that the user or client can act on. The type says which; message and code serve lazy clients.',
  autoRegisterImplementations: false,
})
export abstract class UserError {
  @Field(() => String, { description: 'The failure in capitals, such as "EMAIL_TAKEN"; the same as the type, for switches.' })
  code: string;

  @Field(() => String, { description: 'One English sentence that says what happened and what to do.' })
  message: string;

  @Field(() => [String], { nullable: true, description: 'Where in the input it lies, such as ["input", "email"].' })
  path?: string[] | null;
}
