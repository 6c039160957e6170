export { safePlanner, type MakePlan } from './plan-safely';
export { plannerSupergraph } from './planner-supergraph';
export { askedPath, fetchedAs, fetchedNames, isTaken, withFetchedNames } from './response-names';
