export { freePorts } from './free-ports.ts'
export {
  type Account,
  findBin,
  ready,
  startTestPostgres,
  type TestPostgres,
  unprivileged,
} from './test-postgres.ts'
