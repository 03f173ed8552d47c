export { benchCard, type CardReport, describeCard } from './card-bench.ts'
export { type ClearingReport, describeClearing } from './clearing-report.ts'
export { benchClearing } from './clearing-rounds.ts'
export { benchErrors } from './errors.ts'
