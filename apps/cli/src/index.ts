export { createApi } from './api.ts'
export { type Running, type StartOptions, startNetwork } from './running.ts'
export { type Trace, traceTap } from './tracing.ts'
