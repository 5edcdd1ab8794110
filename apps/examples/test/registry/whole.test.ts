/** The packages from a registry, by every package manager, in every place. */
import { installers } from './installs.ts';
import { places } from './places.ts';
import { suite } from './suite.ts';

suite(Object.keys(installers) as (keyof typeof installers)[], Object.keys(places) as (keyof typeof places)[], {
  '5.7': 'typescript57',
  '7.0': 'typescript',
});
