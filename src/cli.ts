#!/usr/bin/env node
import { main } from "./host/executable.ts";

process.exitCode = await main(process.argv.slice(2), process.env);
