export { hashPassword } from './password';
export { createUserSubgraph, type UserSubgraph } from './user.subgraph';
