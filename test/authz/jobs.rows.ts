import { SUBGRAPH_NAMES } from '../../platform/config';
import { staffOnly, type Row, type Verdicts } from './matrix';

const staffAreTold: Verdicts = { ...staffOnly, staff: 'FailedJobNotFound', admin: 'FailedJobNotFound' };
const NOBODY = `job_${'0'.repeat(32)}`;

/** Failed background work: a list and two decisions for each subgraph. */
export const jobRows: readonly Row[] = SUBGRAPH_NAMES.flatMap((name) => {
  const noun = `${name.charAt(0).toUpperCase()}${name.slice(1)}FailedJobs`;
  const decision = (verb: 'retry' | 'discard', inputType: string, answer: string): Row => ({
    field: `Mutation.${verb}${noun}`,
    operation: `mutation ($input: ${inputType}!) { ${verb}${noun}(input: $input) { ${answer} errors { __typename } } }`,
    variables: () => ({ input: { ids: [NOBODY] } }),
    expected: staffAreTold,
  });
  return [
    {
      field: `Query.${name}FailedJobs`,
      operation: `{ ${name}FailedJobs(first: 1) { nodes { id } totalCount } }`,
      expected: staffOnly,
    },
    decision('retry', 'RetryFailedJobsInput', 'retried'),
    decision('discard', 'DiscardFailedJobsInput', 'discarded'),
  ];
});
