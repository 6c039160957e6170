export { isUserDatabaseEmpty, writeUsers, type SeedAddress, type SeedUser } from './write-users';
