"""All suites, in the order in which they run."""

import caching
import configurations
import differential
import event_suite
import json_suite
import metrics
import openapi
import package
import request_suite
import tls

SUITES = [openapi.SUITE, metrics.SUITE, tls.SUITE, caching.SUITE, configurations.SUITE]
SUITES += [request_suite.SUITE, differential.SUITE, json_suite.SUITE, event_suite.SUITE, package.SUITE]
