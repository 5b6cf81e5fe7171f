import { z } from 'zod';

export const id = z.int().positive();

export const count = z.int().nonnegative();

export const time = z.iso.datetime();

export const text = z.string().nullable();
