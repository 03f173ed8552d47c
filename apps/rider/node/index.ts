export { buildRider } from './build.ts'
