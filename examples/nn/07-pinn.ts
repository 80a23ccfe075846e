/**
 * Solves the heat equation u_t = α·u_xx with a network that is trained on the equation itself (a physics-informed neural network, Raissi et al. 2019).
 *
 *     npx node examples/nn/07-pinn.ts
 *
 * There is no data set: each step draws new points, and the loss says how far the network is from being a solution there.
 */
import { add, jvp, mean, mul, nn, onesLike, optim, random, sin, slice, square, sub, type Tensor, tensor, Trainer, zerosLike } from "@trainlog/nn";
