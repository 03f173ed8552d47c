import { type FareFeed, type GtfsLeg, localTime, parseFeed } from '../index.ts'

/** Two lines, a bus and a tram network, four stations in three areas; tickets of 2.00 and 3.00. */
export const BASE: Readonly<Record<string, string>> = {
  'agency.txt': 'agency_id,agency_name,agency_url,agency_timezone\nA,A,http://a,Asia/Shanghai\n',
  'routes.txt':
    'route_id,agency_id,route_type,network_id\nbus1,A,3,bus\nbus2,A,3,bus\ntram,A,0,tram\nferry,A,4,\n',
  'stops.txt':
    'stop_id,stop_name,parent_station,zone_id\nS,Station,,z1\nS1,Platform 1,S,z1\nT,T,,z1\nU,U,,z2\nV,V,,z3\n',
  'areas.txt': 'area_id\ncity\nsuburb\nairport\n',
  'stop_areas.txt': 'area_id,stop_id\ncity,S\ncity,T\nsuburb,U\nairport,V\n',
  'fare_products.txt':
    'fare_product_id,amount,currency\nsingle,2.00,EUR\ntram,3.00,EUR\nfree,0,EUR\nminus,-1.50,EUR\nplus,0.50,EUR\nboth,4.20,EUR\n',
  'fare_leg_rules.txt':
    'leg_group_id,network_id,from_area_id,to_area_id,fare_product_id\nb,bus,,,single\nt,tram,,,tram\n',
}

export function feedOf(files: Readonly<Record<string, string>> = {}): FareFeed {
  return parseFeed({ ...BASE, ...files })
}

const START = Date.parse('2026-11-21T08:00:00Z')

/** A leg from one minute of the morning to another. */
export function leg(
  route: string,
  from: string,
  to: string,
  [enter, exit]: readonly [number, number] = [0, 10],
): GtfsLeg {
  const at = (minute: number) =>
    localTime(new Date(START + minute * 60_000).toISOString().slice(0, 19), 'Asia/Shanghai')
  return { route, from, to, enter: at(enter), exit: at(exit) }
}
