export { openGtfsFolder } from './gtfs-folder.ts'
