# SPDX-License-Identifier: GPL-3.0-or-later
"""What the packages of all trainers are made with."""
