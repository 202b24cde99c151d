"""Learning: DQN and PPO on stable-baselines3, in rounds that survive a kill. Needs the extra `train`.

train_dqn and train_ppo in their modules of the same name; StableBaselinesEnv in vector_markets hands a
gymnasium vector environment to either.
"""
