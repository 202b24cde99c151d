"""Where the kernels of American options keep what: rows of BLOCK options in flat arrays.

Rows that a loop writes and reads lie at fixed offsets of one array, so that the compiler knows them apart and
the loop over options vectorises.
"""

from __future__ import annotations

BLOCK = 16

# What describes an option: R, Q, w, 1 / w, log(S / K), the boundary's logarithm at expiry with its
# derivatives by R and Q, and the logarithm of the perpetual option's boundary.
RATE, YIELD, DEVIATION, INVERSE, MONEYNESS, START, START_R, START_Q, LEAST = (row * BLOCK for row in range(9))
# The boundary at the node in hand, at the point in hand, and derivatives of both.
NODE, NODE_W, LEVEL, LEVEL_W, LEVEL_WW, LEVEL_R, LEVEL_Q = (row * BLOCK for row in range(9, 16))
# Sums over a node's points, in equal order for A and C, with the derivatives that they get.
A, A_NODE, A_W, A_R, A_Q, A_WW, A_POINT = (row * BLOCK for row in range(16, 23))
C, C_NODE, C_W, C_R, C_Q, C_WW, C_POINT = (row * BLOCK for row in range(23, 30))
# The early exercise premium and its derivatives, by m = log(S / K), w, R and Q.
P, P_M, P_MM, P_W, P_WW, P_WM, P_R, P_Q, P_RM, P_QM = (row * BLOCK for row in range(30, 40))
# For the value: where it is taken, the scale of its quadrature, and Chebyshev's recurrence.
PLACE, SCALE, RANGE, ANGLE, WEIGHT, ROOT, ARGUMENT, CHEBYSHEV, BEFORE = (row * BLOCK for row in range(40, 49))
# Distance above the boundary in deviations, the jump of gamma there, the horizon's square root,
# how far the boundary decays within it, and the square root of the time left at a point.
GAP, JUMP, HORIZON, DECAY, REST = (row * BLOCK for row in range(49, 54))
WORK_SIZE = 54 * BLOCK

# Right-hand sides of Newton's equations, a group of rows each; with signs turned, what solves them.
ERROR, BY_W, BY_R, BY_Q, BY_WW = range(5)
SIDES = 5
# What is interpolated of the boundary for the value: its square and the square's derivatives.
SQUARES = 5
OUTPUTS = 11
