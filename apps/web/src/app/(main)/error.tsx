'use client';

// As the outer one, inside the rail: the way to other pages stays.
export { default } from '../error';
